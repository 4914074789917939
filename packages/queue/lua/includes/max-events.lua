local maxEvents

-- How long BullMQ's stream of events may be.
local function maxEventsOf(queue)
  maxEvents = maxEvents or redis.call("HGET", queue .. "meta", "opts.maxLenEvents") or 10000
  return maxEvents
end
