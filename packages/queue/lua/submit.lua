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
    {"existing", execution, record}   not ended, same content
    {"conflict", execution}           not ended, other content
    {"replayed", idempotency record}  the key was used before, with the same body
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

local function remember(kind, execution)
  if idempotencyKey then
    redis.call("SET", idempotencyKey, cjson.encode({
      body = args.body, kind = kind, taskId = args.name, execution = execution, createdAt = now,
    }), "EX", args.recordSeconds)
    -- So that it goes with the execution that it names.
    local jobKey = queue .. jobIdOf(args.encodedId, execution)
    local others = redis.call("HGET", jobKey, "idempotency")
    redis.call("HSET", jobKey, "idempotency", others and (others .. " " .. idempotencyKey) or idempotencyKey)
  end
end

if idempotencyKey then
  local remembered = redis.call("GET", idempotencyKey)
  if remembered then
    if cjson.decode(remembered).body ~= args.body then
      return {"key-reused"}
    end
    return {"replayed", remembered}
  end
end

local newest = newestExecution(queue, own, args.encodedId)
if newest > 0 then
  local jobKey = queue .. jobIdOf(args.encodedId, newest)
  local found = redis.call("HMGET", jobKey, "finishedOn", "data")
  if found[2] and not found[1] then
    if found[2] ~= data then
      return {"conflict", newest}
    end
    remember("existing", newest)
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
remember("created", execution)
return {"created", execution, now}
