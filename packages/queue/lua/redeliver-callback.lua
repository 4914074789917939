--[[
  Sends the last callback of a task's newest execution again, where it could not be delivered. Those before it stay as they
  are: what they said is no longer true.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: encodedId

  Returns
    {"missing"}
    {"none"}                         nobody asked for callbacks
    {"pending" | "delivered"}        so is the last one
    {"owed", execution, record}
]]
--- @include "clock"
--- @include "newest-execution"
--- @include "owe-callback"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local execution = newestExecution(queue, own, args.encodedId)
local jobId = jobIdOf(args.encodedId, execution)
local found = redis.call("HMGET", queue .. jobId, "name", "callbacks")
if not found[1] then
  return {"missing"}
end
local callbacks = cjson.decode(found[2] or "[]")
local last = callbacks[#callbacks]
if not last then
  return {found[2] and "pending" or "none"}
end
if last.state ~= "failed" then
  return {last.state}
end
last.state = "pending"
last.tries = 0
last.at = nowMs()
redis.call("HSET", queue .. jobId, "callbacks", cjson.encode(callbacks))
redis.call("ZREM", own .. "callbacks-failed", jobId)
lineUp(own, jobId, last.seq)
return {"owed", execution, redis.call("HGETALL", queue .. jobId)}
