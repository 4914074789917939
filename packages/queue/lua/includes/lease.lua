-- Whether `claim` (jobId, token, holder, attempt) is the lease on a running attempt. A lock that lapsed
-- while Redis was away is no loss as long as nobody else took the attempt: every taker counts `ats` up and
-- leaves its name in `pb` (BullMQ's names for attempts started and processed by).
local function holdsLease(queue, claim)
  local jobKey = queue .. claim.jobId
  local found = redis.call("HMGET", jobKey, "pb", "ats", "finishedOn")
  if found[1] ~= claim.holder or tonumber(found[2]) ~= claim.attempt or found[3] then
    return false
  end
  local lock = redis.call("GET", jobKey .. ":lock")
  if lock then
    return lock == claim.token
  end
  return redis.call("LPOS", queue .. "active", claim.jobId) ~= false
end
