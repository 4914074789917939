-- Everything of an execution but its place in the set of ended jobs: the record, its lock, logs and output, the task's
-- pointer where it was the newest, the idempotency keys that name it, its entries in lists. Where it still owes a
-- callback the record and the pointer stay, until that is settled.
local function removeExecution(queue, own, jobId)
  local jobKey = queue .. jobId
  local record = redis.call("HMGET", jobKey, "idempotency", "lists", "callbacks")
  for key in string.gmatch(record[1] or "", "%S+") do
    redis.call("DEL", key)
  end
  for list in string.gmatch((record[2] or "") .. " list:all list:success list:failed list:canceled", "%S+") do
    redis.call("ZREM", own .. list, jobId)
  end
  redis.call("ZREM", own .. "callbacks-failed", jobId)
  redis.call("UNLINK", jobKey .. ":lock", jobKey .. ":logs", own .. "output:" .. jobId)
  if record[3] and string.find(record[3], '"state":"pending"', 1, true) then
    return
  end
  local encodedId, execution = string.match(jobId, "^task%-(.*)@(%d+)$")
  if encodedId and redis.call("GET", own .. "newest:" .. encodedId) == execution then
    redis.call("DEL", own .. "newest:" .. encodedId)
  end
  redis.call("UNLINK", jobKey)
end
