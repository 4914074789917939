local RECORD_FIELDS = {
  "name", "opts", "timestamp", "lists", "callbacks", "ats", "atm", "pb", "processedOn", "delayUntil", "place",
  "cancelRequestedAt", "finishedOn", "outcome",
}

-- What transitions are decided by, as text by the name of the field; absent where the record has none.
local function readRecord(jobKey)
  local values = redis.call("HMGET", jobKey, unpack(RECORD_FIELDS))
  local record = {}
  for i, field in ipairs(RECORD_FIELDS) do
    record[field] = values[i] or nil
  end
  return record
end
