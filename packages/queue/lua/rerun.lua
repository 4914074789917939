--[[
  Starts the next execution of a task that has ended, with the same submission.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: encodedId, maxQueued

  Returns
    {"created", execution, record}
    {"missing"}
    {"not-ended", execution}
    {"full", waiting}
]]
--- @include "clock"
--- @include "newest-execution"
--- @include "publish-change"
--- @include "enqueue"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])

local newest = newestExecution(queue, own, args.encodedId)
local last = redis.call("HMGET", queue .. jobIdOf(args.encodedId, newest), "finishedOn", "name", "data", "opts",
  "lists", "callbacks")
if not last[2] then
  return {"missing"}
end
if not last[1] then
  return {"not-ended", newest}
end
local waiting = countWaiting(queue)
if waiting >= args.maxQueued then
  return {"full", waiting}
end

local execution = startExecution(queue, own, newest,
  {encodedId = args.encodedId, name = last[2], data = last[3], opts = last[4], lists = last[5] or "",
    callbacks = last[6]}, nowMs())
return {"created", execution, redis.call("HGETALL", queue .. jobIdOf(args.encodedId, execution))}
