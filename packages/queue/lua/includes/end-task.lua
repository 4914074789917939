-- Takes a record to its end, with the fields, set and event of BullMQ's own finish. The caller takes it out
-- of the set that it was in (`previous`), and writes nothing before that a Redis out of memory would still
-- allow: the first write here is one that it refuses, and then nothing is half done. BullMQ has no canceled state: a canceled task is a failed job
-- whose outcome says so.
local function endTask(queue, own, jobId, previous, now, outcome, outcomeJson, stdout, stderr)
  local jobKey = queue .. jobId
  local completed = outcome.status == "success"
  local set = completed and "completed" or "failed"
  local field = completed and "returnvalue" or "failedReason"
  local value = completed and cjson.encode(outcome.message) or outcome.message

  -- Clocks of hosts differ: an end is never before its start.
  local record = redis.call("HMGET", jobKey, "processedOn", "callbacks")
  local startedAt = tonumber(record[1] or 0)
  local finishedOn = string.format("%d", math.max(tonumber(now), startedAt))

  redis.call("HSET", jobKey, field, value, "finishedOn", finishedOn, "outcome", outcomeJson)
  redis.call("SREM", queue .. "stalled", jobId)
  redis.call("HDEL", jobKey, "defa", "delayUntil")
  if stdout ~= "" then
    redis.call("HSET", jobKey, "stdout", stdout)
  end
  if stderr ~= "" then
    redis.call("HSET", jobKey, "stderr", stderr)
  end
  redis.call("HINCRBY", jobKey, "atm", 1)
  redis.call("ZADD", queue .. set, finishedOn, jobId)
  redis.call("ZADD", own .. "list:" .. outcome.status, redis.call("HGET", jobKey, "timestamp"), jobId)
  local maxEvents = redis.call("HGET", queue .. "meta", "opts.maxLenEvents") or 10000
  redis.call("XADD", queue .. "events", "MAXLEN", "~", maxEvents, "*", "event", set, "jobId", jobId, field,
    value, "prev", previous)
  oweCallback(queue, own, jobId, record[2], outcome.status, finishedOn)
  publishChange(queue, own, jobId, outcome.status)
end
