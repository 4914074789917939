-- Redis' own clock, in ms since the epoch. All instants come from it, because the clocks of hosts differ and jump.
local function nowMs()
  local time = redis.call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
