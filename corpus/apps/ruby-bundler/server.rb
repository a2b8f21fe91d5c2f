require "webrick"

server = WEBrick::HTTPServer.new(Port: 4567)
server.mount_proc("/knots") { |request, response| response.body = "#{request.query["kmh"].to_i / 1.852} knots\n" }
trap("TERM") { server.shutdown }
server.start
