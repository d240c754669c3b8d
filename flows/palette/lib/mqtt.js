// The MQTT client, named in one place: within the recorder it is put together with this file, elsewhere npm brings it.
module.exports = require("mqtt");
