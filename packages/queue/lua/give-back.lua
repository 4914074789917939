--[[
  Puts a task back at the head of the line that was leased to a worker which never heard of it, because the
  connection was cut before the answer came, or which heard of it when it was about to stop. No attempt is used up:
  nothing was started.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  ARGV[1]  JSON: jobId, holder, attempt, startedOn (ms): the lease as the record had it when the worker looked. The
           attempt's number alone would also be that of the next lease after a give-back

  Returns "given-back", or "changed": the record is no longer what it was
]]
local queue = KEYS[1]
local args = cjson.decode(ARGV[1])
local jobKey = queue .. args.jobId
local record = redis.call("HMGET", jobKey, "pb", "ats", "finishedOn", "processedOn")
if record[1] ~= args.holder or tonumber(record[2]) ~= args.attempt or record[3]
  or tonumber(record[4]) ~= args.startedOn
  or not redis.call("LPOS", queue .. "active", args.jobId) then
  return "changed"
end
redis.call("RPUSH", queue .. "wait", args.jobId)
redis.call("LREM", queue .. "active", 1, args.jobId)
redis.call("DEL", jobKey .. ":lock")
redis.call("SREM", queue .. "stalled", args.jobId)
redis.call("HDEL", jobKey, "processedOn", "pb")
redis.call("HINCRBY", jobKey, "ats", -1)
redis.call("ZADD", queue .. "marker", 0, "0")
return "given-back"
