--- @include "max-events"
--- @include "publish-change"
--- @include "line"

-- Queues a running record again for its next attempt: at once at its old place in line, or after `delayMs`, in the set
-- of those that wait for an instant. The caller has taken it out of the active list after `rememberAttempt`.

-- Keeps what became of the attempt that ends now. The last attempt of all needs no entry, the record's outcome
-- is its. The first write of a transition, as a Redis out of memory refuses it and nothing is half done then.
local function rememberAttempt(jobKey, now, outcome)
  local found = redis.call("HMGET", jobKey, "pastAttempts", "pb", "ats", "processedOn")
  local entry = cjson.encode({
    attempt = tonumber(found[3]), holder = found[2], startedOn = tonumber(found[4]), finishedOn = tonumber(now),
    reason = outcome.reason, message = outcome.message, exitCode = outcome.exitCode, signal = outcome.signal,
  })
  redis.call("HSET", jobKey, "pastAttempts", found[1] and (found[1] .. "\n" .. entry) or entry, "lastStartedOn",
    found[4])
end

local function requeue(queue, own, jobId, now, delayMs)
  local jobKey = queue .. jobId
  redis.call("HDEL", jobKey, "processedOn")
  redis.call("SREM", queue .. "stalled", jobId)
  redis.call("HINCRBY", jobKey, "atm", 1)
  publishChange(own, jobId, redis.call("HGET", jobKey, "lists"), "queued")
  if delayMs <= 0 then
    joinLine(queue, jobId, redis.call("HGET", jobKey, "place"), "active")
    return
  end
  local due = math.floor(now + delayMs)
  redis.call("HSET", jobKey, "delay", math.floor(delayMs), "delayUntil", due)
  -- BullMQ keeps a counter in the lowest 12 bits of the score.
  redis.call("ZADD", queue .. "delayed", due * 0x1000, jobId)
  local first = redis.call("ZRANGE", queue .. "delayed", 0, 0, "WITHSCORES")
  redis.call("ZADD", queue .. "marker", tonumber(first[2]) / 0x1000, "1")
  redis.call("XADD", queue .. "events", "MAXLEN", "~", maxEventsOf(queue), "*", "event", "delayed", "jobId", jobId,
    "delay", due)
end

-- How long the next attempt waits: BullMQ's `backoff.delay`, doubled with each attempt, a quarter more or less
-- so that what failed together does not come back together, and an hour at most.
local function backoffMs(opts, attempt, jitter)
  local base = opts.backoff and opts.backoff.delay or 0
  return math.min(base * 2 ^ (attempt - 1) * (0.75 + jitter / 2), 3600000)
end
