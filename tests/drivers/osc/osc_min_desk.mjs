// A program with eight microphones whose OSC is written and read by the npm package osc-min.
// argv: UDP port to tell changes to. stdin: one JSON line for each press {channel, on, type, bundle}. stdout: own port.
import dgram from "node:dgram";
import readline from "node:readline";
import * as osc from "osc-min";

const target = Number(process.argv[2]);
const open = {};
const socket = dgram.createSocket("udp4");

const state = (channel, type = "integer") => {
  const on = Boolean(open[channel]);
  const kind = type === "boolean" ? String(on) : type;
  const value = { integer: Number(on), float: on ? 1.0 : 0.0, string: on ? "on" : "off" }[kind];
  return { address: `/mic/${channel}/on`, args: [value === undefined ? { type: kind } : { type: kind, value }] };
};

const tell = (packet, port) => {
  const buffer = osc.toBuffer(packet);
  socket.send(buffer, 0, buffer.byteLength, port, "127.0.0.1");
};

socket.on("message", (data, from) => {
  const packet = osc.fromBuffer(data);
  const channel = Number(packet.address.split("/")[2]);
  if (packet.args.length) open[channel] = packet.args[0].type === "integer" && packet.args[0].value === 1;
  else tell(state(channel), from.port);
});

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const press = JSON.parse(line);
  open[press.channel] = press.on;
  const said = state(press.channel, press.type);
  tell(press.bundle ? { oscType: "bundle", timetag: new Date(), elements: [said, said] } : said, target);
});
process.stdin.on("end", () => process.exit(0));

socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
