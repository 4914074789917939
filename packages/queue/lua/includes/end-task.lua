--- @include "max-events"
--- @include "owe-callback"
--- @include "publish-change"

-- Takes a task to its end, with the fields, set and event of BullMQ's own finish. The caller takes it out
-- of the set that it was in (`previous`), and writes nothing before that a Redis out of memory would still
-- allow: the first write here is one that it refuses, and then nothing is half done. BullMQ has no canceled state: a
-- canceled task is a failed job whose outcome says so. `kept` has the fields that the task keeps of its output; empty texts are none.
local function endTask(queue, own, jobId, record, previous, now, outcome, outcomeJson, kept)
  local jobKey = queue .. jobId
  local completed = outcome.status == "success"
  local set = completed and "completed" or "failed"
  local field = completed and "returnvalue" or "failedReason"
  local value = completed and cjson.encode(outcome.message) or outcome.message
  -- Redis' clock may be set back: an end is never before its start.
  local finishedOn = string.format("%d", math.max(tonumber(now), tonumber(record.processedOn or 0)))

  local fields = {field, value, "finishedOn", finishedOn, "outcome", outcomeJson, "atm", tonumber(record.atm or 0) + 1}
  for name, text in pairs(kept) do
    if text ~= "" then
      fields[#fields + 1] = name
      fields[#fields + 1] = text
    end
  end
  redis.call("HSET", jobKey, unpack(fields))
  redis.call("SREM", queue .. "stalled", jobId)
  if record.delayUntil then
    redis.call("HDEL", jobKey, "delayUntil")
  end
  redis.call("ZADD", queue .. set, finishedOn, jobId)
  redis.call("ZADD", own .. "list:" .. outcome.status, record.timestamp, jobId)
  redis.call("XADD", queue .. "events", "MAXLEN", "~", maxEventsOf(queue), "*", "event", set, "jobId", jobId, field,
    value, "prev", previous)
  oweCallback(queue, own, jobId, record.callbacks, outcome.status, finishedOn)
  publishChange(own, jobId, record.lists, outcome.status)
end
