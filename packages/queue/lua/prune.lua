--[[
  Removes everything of executions that ended too long ago, or are too many, the oldest first. Only removes, so it
  works in a Redis that is out of memory.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: endedBefore (ms), maxCount, batch (how many at most in this call)

  Returns how many were removed; as many as `batch`: there may be more
]]
--- @include "remove-execution"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local sets = {queue .. "completed", queue .. "failed"}
local removed = 0

local function remove(set, jobId)
  removeExecution(queue, own, jobId)
  redis.call("ZREM", set, jobId)
  removed = removed + 1
end

for _, set in ipairs(sets) do
  local room = args.batch - removed
  if room > 0 then
    for _, jobId in ipairs(redis.call("ZRANGE", set, "-inf", args.endedBefore, "BYSCORE", "LIMIT", 0, room)) do
      remove(set, jobId)
    end
  end
end

local excess = redis.call("ZCARD", sets[1]) + redis.call("ZCARD", sets[2]) - args.maxCount
while excess > 0 and removed < args.batch do
  local oldestSet, oldest, oldestScore
  for _, set in ipairs(sets) do
    local head = redis.call("ZRANGE", set, 0, 0, "WITHSCORES")
    if head[1] and (not oldest or tonumber(head[2]) < oldestScore) then
      oldestSet, oldest, oldestScore = set, head[1], tonumber(head[2])
    end
  end
  remove(oldestSet, oldest)
  excess = excess - 1
end
return removed
