-- wrk's side of bench/nested: BODY is a file with the request, TOKEN the bearer's. Prints `operations/s p50 p99`, in ms.
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  if failed > 0 then
    print("FAILED " .. failed .. " of " .. summary.requests .. " requests")
  else
    local rate = summary.requests / (summary.duration / 1e6)
    print(string.format("MEASURED %.2f %.2f %.2f", rate, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
  end
end
