--[[
  Removes everything of executions that ended too long ago, or are too many, the oldest first. Of one task an older
  execution always goes before a newer one: the newest tells the number of the next execution. Only removes, so it
  works in a Redis that is out of memory.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: retentionMs (how long an ended execution is kept), maxCount, batch (how many at most in this call)

  Returns {removed, now (ms)}; where `removed` is `batch`, there may be more
]]
--- @include "clock"
--- @include "newest-execution"
--- @include "remove-execution"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local sets = {queue .. "completed", queue .. "failed"}
local now = nowMs()
local removed = 0

local function remove(jobId)
  removeExecution(queue, own, jobId)
  for _, set in ipairs(sets) do
    redis.call("ZREM", set, jobId)
  end
  removed = removed + 1
end

-- Removes an execution, after the older ones of its task: Redis' clock may have been set back between their ends.
local function removeWithOlder(jobId)
  local encodedId, execution = string.match(jobId, "^task%-(.*)@(%d+)$")
  local oldest = tonumber(execution or 1)
  while oldest > 1 and redis.call("EXISTS", queue .. jobIdOf(encodedId, oldest - 1)) == 1 do
    oldest = oldest - 1
  end
  for older = oldest, tonumber(execution or 1) - 1 do
    if removed < args.batch then
      remove(jobIdOf(encodedId, older))
    end
  end
  if removed < args.batch then
    remove(jobId)
  end
end

-- The id of the execution that ended first, and when; nil where there is none.
local function oldestEnded()
  local oldest, endedAt
  for _, set in ipairs(sets) do
    local head = redis.call("ZRANGE", set, 0, 0, "WITHSCORES")
    if head[1] and (not oldest or tonumber(head[2]) < endedAt) then
      oldest, endedAt = head[1], tonumber(head[2])
    end
  end
  return oldest, endedAt
end

while removed < args.batch do
  local jobId, endedAt = oldestEnded()
  if not jobId then
    break
  end
  local count = redis.call("ZCARD", sets[1]) + redis.call("ZCARD", sets[2])
  if endedAt > now - args.retentionMs and count <= args.maxCount then
    break
  end
  removeWithOlder(jobId)
end
return {removed, now}
