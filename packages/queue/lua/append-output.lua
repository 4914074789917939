--[[
  Lets a running attempt append to its execution's output, by the XADDs that follow in the same transaction: each with an
  id <attempt>-<n> and NOMKSTREAM. Only the newest attempt of a task that has not ended may: whoever lost it must not
  leave output behind. The bytes do not come through here: Lua would hash each of them.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: jobId, attempt, drop (ids of older entries that are to be dropped)

  Returns "open", or "closed": the attempt is over, and the XADDs are refused
]]
--- @include "delete-entries"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local output = own .. "output:" .. args.jobId
local exists = redis.call("EXISTS", output) == 1
local record = redis.call("HMGET", queue .. args.jobId, "ats", "finishedOn")
if tonumber(record[1] or 0) ~= args.attempt or record[2] then
  if exists then
    -- The stream takes greater ids alone, so none of this attempt's any more. It does by itself where a later one wrote.
    redis.pcall("XSETID", output, string.format("%d-18446744073709551615", args.attempt))
  end
  return "closed"
end
if not exists then
  redis.call("XADD", output, "MAXLEN", 0, string.format("%d-0", args.attempt), "d", "")
end
deleteEntries(output, args.drop)
redis.call("PUBLISH", output, "")
return "open"
