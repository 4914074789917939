--[[
  Makes a task, or its next execution where the last one has ended, and remembers the answer under its
  idempotency key. All or nothing.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  KEYS[3]  idempotency record (optional)
  ARGV[1]  JSON: encodedId, name, opts, maxQueued, body (digest of the submission), recordSeconds,
           lists (in which to find it, see enqueue), callbacks (whether it wants them)
  ARGV[2]  data: the submission as canonical JSON

  Returns
    {"created", execution, submitted at (ms)}
    {"existing", execution, record}   not ended, same content; or the key was answered with this execution before
    {"conflict", execution}           not ended, other content
    {"replayed", idempotency record}  the key was used before, with the same body, and made an execution
    {"key-reused"}                    the key was used before, with another body
    {"full", waiting}                 too many tasks wait
]]
--- @include "clock"
--- @include "newest-execution"
--- @include "publish-change"
--- @include "enqueue"
local queue, own, idempotencyKey = KEYS[1], KEYS[2], KEYS[3]
local args = cjson.decode(ARGV[1])
local data = ARGV[2]
local now = nowMs()

-- So many keys are written into the record that they name, and removed with it. Further ones expire by themselves.
local MAX_KEYS_IN_RECORD = 100

-- `submittedAt` (ms) tells the execution from a later one with the same name and number.
local function remember(kind, execution, submittedAt)
  if not idempotencyKey then
    return
  end
  redis.call("SET", idempotencyKey, cjson.encode({
    body = args.body, kind = kind, taskId = args.name, jobId = jobIdOf(args.encodedId, execution), execution = execution,
    createdAt = tonumber(submittedAt),
  }), "EX", args.recordSeconds)
  local jobKey = queue .. jobIdOf(args.encodedId, execution)
  local others = redis.call("HGET", jobKey, "idempotency") or ""
  local _, count = string.gsub(others, "%S+", "")
  if count < MAX_KEYS_IN_RECORD then
    redis.call("HSET", jobKey, "idempotency", count > 0 and (others .. " " .. idempotencyKey) or idempotencyKey)
  end
end

-- The answer that the key got first; nil where it is new, or its task was there before it and is gone.
local function answerAgain()
  local text = idempotencyKey and redis.call("GET", idempotencyKey)
  if not text then
    return nil
  end
  local first = cjson.decode(text)
  local jobKey = queue .. first.jobId
  if first.kind == "existing" and tonumber(redis.call("HGET", jobKey, "timestamp") or 0) ~= first.createdAt then
    return nil
  end
  if first.body ~= args.body then
    return {"key-reused"}
  end
  if first.kind == "existing" then
    return {"existing", first.execution, redis.call("HGETALL", jobKey)}
  end
  return {"replayed", text}
end

local again = answerAgain()
if again then
  return again
end

local newest = newestExecution(queue, own, args.encodedId)
if newest > 0 then
  local jobKey = queue .. jobIdOf(args.encodedId, newest)
  local found = redis.call("HMGET", jobKey, "finishedOn", "data", "timestamp")
  if found[2] and not found[1] then
    if found[2] ~= data then
      return {"conflict", newest}
    end
    remember("existing", newest, found[3])
    return {"existing", newest, redis.call("HGETALL", jobKey)}
  end
end

local waiting = countWaiting(queue)
if waiting >= args.maxQueued then
  return {"full", waiting}
end

local execution = startExecution(queue, own, newest,
  {encodedId = args.encodedId, name = args.name, data = data, opts = args.opts, lists = args.lists,
    callbacks = args.callbacks}, now)
remember("created", execution, now)
return {"created", execution, now}
