from flask import Flask, jsonify

app = Flask(__name__)
TIDES = {"dover": "05:41", "calais": "05:58"}


@app.get("/tides/<harbour>")
def tide(harbour):
    return jsonify(harbour=harbour, high=TIDES.get(harbour))
