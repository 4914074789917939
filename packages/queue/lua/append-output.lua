--[[
  Appends what a running attempt wrote to its execution's output, and drops what is too much of its middle. Only the
  newest attempt of a task that has not ended may: whoever lost it must not leave output behind.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, attempt, drop (list of entry ids), entries (list of {id, stream ("o" or "e"), offset})
  ARGV[2 ...]  the bytes of each entry

  Entries are a Redis stream with the ids <attempt>-<n>, n from 1: their order is the order of both streams
  together, and an id says where to go on reading.

  Returns "appended", or "closed": the attempt is over
]]
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local record = redis.call("HMGET", queue .. args.jobId, "ats", "finishedOn")
if tonumber(record[1] or 0) ~= args.attempt or record[2] then
  return "closed"
end
local key = own .. "output:" .. args.jobId
local last = redis.call("EXISTS", key) == 1 and redis.call("XREVRANGE", key, "+", "-", "COUNT", 1)[1]
for i, entry in ipairs(args.entries) do
  -- The answer to the same call may have been lost on its way: what is there already is passed over.
  local number = tonumber(string.match(entry.id, "-(%d+)$"))
  local lastAttempt, lastNumber = 0, 0
  if last then
    lastAttempt, lastNumber = string.match(last[1], "^(%d+)-(%d+)$")
  end
  if tonumber(lastAttempt) < args.attempt or tonumber(lastNumber) < number then
    redis.call("XADD", key, entry.id, "s", entry.stream, "f", string.format("%d", entry.offset), "d", ARGV[i + 1])
  end
end
if #args.drop > 0 then
  redis.call("XDEL", key, unpack(args.drop))
end
redis.call("PUBLISH", own .. "output:" .. args.jobId, "")
return "appended"
