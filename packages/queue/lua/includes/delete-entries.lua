-- Lua's unpack fails beyond about 8,000 values.
local ENTRIES_PER_CALL = 1000

-- Deletes entries of a stream, however many there are.
local function deleteEntries(stream, ids)
  for first = 1, #ids, ENTRIES_PER_CALL do
    redis.call("XDEL", stream, unpack(ids, first, math.min(first + ENTRIES_PER_CALL - 1, #ids)))
  end
end
