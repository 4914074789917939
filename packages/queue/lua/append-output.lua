--[[
  Appends what a running attempt wrote to its execution's output, and drops what is too much of its middle. Only the
  newest attempt of a task that has not ended may: whoever lost it must not leave output behind.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, attempt, drop (list of entry ids), entries (list of {id, stream ("o" or "e"), offset})
  ARGV[2 ...]  the bytes of each entry

  Returns "appended", or "closed": the attempt is over
]]
--- @include "append-entries"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local record = redis.call("HMGET", queue .. args.jobId, "ats", "finishedOn")
if tonumber(record[1] or 0) ~= args.attempt or record[2] then
  return "closed"
end
appendEntries(own, args, 2)
return "appended"
