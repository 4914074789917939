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

  local record = redis.call("HMGET", jobKey, "processedOn", "callbacks", "timestamp", "lists", "atm")
  -- Clocks of hosts differ: an end is never before its start.
  local finishedOn = string.format("%d", math.max(tonumber(now), tonumber(record[1] or 0)))

  local fields = {field, value, "finishedOn", finishedOn, "outcome", outcomeJson, "atm", tonumber(record[5] or 0) + 1}
  for name, text in pairs({stdout = stdout, stderr = stderr}) do
    if text ~= "" then
      fields[#fields + 1] = name
      fields[#fields + 1] = text
    end
  end
  redis.call("HSET", jobKey, unpack(fields))
  redis.call("SREM", queue .. "stalled", jobId)
  redis.call("HDEL", jobKey, "defa", "delayUntil")
  redis.call("ZADD", queue .. set, finishedOn, jobId)
  redis.call("ZADD", own .. "list:" .. outcome.status, record[3], jobId)
  local maxEvents = redis.call("HGET", queue .. "meta", "opts.maxLenEvents") or 10000
  redis.call("XADD", queue .. "events", "MAXLEN", "~", maxEvents, "*", "event", set, "jobId", jobId, field,
    value, "prev", previous)
  oweCallback(queue, own, jobId, record[2], outcome.status, finishedOn)
  publishChange(own, jobId, record[4], outcome.status)
end
