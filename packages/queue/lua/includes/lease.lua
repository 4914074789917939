-- Whether `claim` (jobId, token, holder, attempt) is the lease on the running attempt of `record`. A lock that lapsed
-- while Redis was away is no loss as long as nobody else took the attempt: every taker counts `ats` up and
-- leaves its name in `pb` (BullMQ's names for attempts started and processed by).
local function holdsLease(queue, claim, record)
  if record.pb ~= claim.holder or tonumber(record.ats) ~= claim.attempt or record.finishedOn then
    return false
  end
  local lock = redis.call("GET", queue .. claim.jobId .. ":lock")
  if lock then
    return lock == claim.token
  end
  return redis.call("LPOS", queue .. "active", claim.jobId) ~= false
end
