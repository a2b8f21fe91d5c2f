from bottle import route, run


@route("/moorings")
def moorings():
    return {"free": [3, 7, 12]}


run(host="0.0.0.0", port=8080)
