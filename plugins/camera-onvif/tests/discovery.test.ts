// Searching the network against responders that are really there: on the loopback network of this machine, by multicast, honest
// ones and hostile ones (attack list A18).
import assert from "node:assert/strict";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { Answers, DISCOVERY_GROUP, discover } from "../src/discovery.ts";

const HOME = "127.0.0.1";
const GONE = new AbortController().signal;

interface Said {
  readonly relatesTo: string;
  readonly id?: string;
  readonly addresses?: string;
  readonly scopes?: string;
}

function match({ id = "urn:uuid:1", addresses = "", scopes = "" }: Omit<Said, "relatesTo">): string {
  return `<d:ProbeMatch><a:EndpointReference><a:Address>${id}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes}</d:Scopes><d:XAddrs>${addresses}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>`;
}

function envelope(relatesTo: string, matches: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header><a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches>${matches}</d:ProbeMatches></s:Body></s:Envelope>`;
}

const answer = ({ relatesTo, ...said }: Said): string => envelope(relatesTo, match(said));

/** A device that hears the group on the loopback network; `reply` may answer as often as it likes. */
async function responder(
  t: { after(act: () => void): void },
  port: number,
  reply: (probe: { readonly id: string; readonly type: string }, send: (text: string) => void) => void,
): Promise<{ readonly socket: Socket; readonly port: number; readonly heard: string[] }> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const heard: string[] = [];
  t.after(() => socket.close());
  socket.on("message", (datagram: Buffer, from: RemoteInfo) => {
    const text = datagram.toString("utf8");
    heard.push(text);
    const id = /MessageID>([^<]+)</.exec(text)?.[1] ?? "";
    const type = /Types>([^<]+)</.exec(text)?.[1] ?? "";
    reply({ id, type }, (said) => socket.send(said, from.port, from.address, () => undefined));
  });
  socket.bind(port);
  await once(socket, "listening");
  socket.addMembership(DISCOVERY_GROUP, HOME);
  return { socket, port: socket.address().port, heard };
}

const search = (port: number, waitMs = 700, signal = GONE) =>
  discover({ waitMs, most: 256 }, signal, { addresses: [HOME], port });

describe("searching the network for cameras", () => {
  it("calls by multicast for both kinds of devices, twice, and tells each that answers once, with what it says", async (t) => {
    // Where the device says that its service is: nobody is to knock there.
    let knocks = 0;
    const service = createServer((socket) => {
      knocks += 1;
      socket.destroy();
    });
    service.listen(0, HOME);
    await once(service, "listening");
    t.after(() => service.close());
    const { port: servicePort } = service.address() as { port: number };
    const scopes = [
      "onvif://www.onvif.org/type/video_encoder",
      "onvif://www.onvif.org/name/Front%20door",
      "onvif://www.onvif.org/hardware/DS-2CD2032",
      "onvif://www.onvif.org/manufacturer/Example%20%26%20Sons",
      "onvif://www.onvif.org/location/yard",
    ].join("\n ");
    const device = await responder(t, 0, ({ id: relatesTo }, send) => {
      const addresses = `http://[fe80::1]:80/onvif/device_service http://${HOME}:${servicePort}/onvif/device_service`;
      send(answer({ relatesTo, id: "urn:uuid:door", addresses, scopes }));
    });
    assert.deepEqual(await search(device.port), [
      {
        address: `${HOME}:${servicePort}`,
        config: { address: `${HOME}:${servicePort}` },
        id: "urn:uuid:door",
        name: "Front door",
        maker: "Example & Sons",
        hardware: "DS-2CD2032",
        location: "yard",
      },
    ]);
    assert.equal(knocks, 0);
    const types = device.heard.map((text) => /Types>([^<]+)</.exec(text)?.[1]);
    assert.deepEqual(types.toSorted(), [
      ...["dn:NetworkVideoTransmitter", "dn:NetworkVideoTransmitter", "tds:Device", "tds:Device"],
    ]);
    assert.equal(new Set(device.heard.map((text) => /MessageID>([^<]+)</.exec(text)?.[1])).size, 4);
  });

  it("is not led astray by who answers what nobody asked, floods, bombs or names other machines", async (t) => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><z>&b;</z>`;
    const deep = "<a>".repeat(5_000);
    const hostile = await responder(t, 0, ({ id: relatesTo }, send) => {
      send(
        answer({
          relatesTo: "urn:uuid:of-somebody-else",
          id: "urn:uuid:unasked",
          addresses: "http://10.0.0.1/",
        }),
      );
      send(bomb);
      send(deep);
      send("no XML");
      send(answer({ relatesTo, scopes: "x".repeat(40_000) }));
      for (const addresses of [
        "http://10.0.0.1/onvif",
        `http://root:root@${HOME}/`,
        `gopher://${HOME}/`,
        "%%",
      ])
        send(answer({ relatesTo, id: `urn:uuid:${addresses.length}`, addresses }));
    });
    const found = await search(hostile.port);
    assert.deepEqual(
      found.map(({ address }) => address),
      [HOME],
      "it is where it answers from, and nowhere else",
    );
  });

  it("ends a flood at its bounds, and reads no more than those", () => {
    const crowd = new Answers(256);
    const relatesTo = crowd.newProbe();
    const begin = process.cpuUsage();
    for (let number = 0; number < 10_000; number += 1) {
      const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
      const id = `urn:uuid:${number}`;
      crowd.take(
        Buffer.from(answer({ relatesTo, id, addresses: `http://${address}/onvif/device_service` })),
        { address },
      );
    }
    assert.equal(crowd.found.length, 256);

    const one = new Answers(256);
    const own = one.newProbe();
    for (let number = 0; number < 10_000; number += 1)
      one.take(
        Buffer.from(
          answer({ relatesTo: own, id: `urn:uuid:${number}`, addresses: `http://10.0.0.9:${number + 1}/` }),
        ),
        {
          address: "10.0.0.9",
        },
      );
    assert.equal(one.found.length, 24, "of one sender so many datagrams are read");
    const late = { relatesTo: own, id: "urn:uuid:late", addresses: "http://10.0.0.10/onvif/device_service" };
    one.take(Buffer.from(answer(late)), { address: "10.0.0.10" });
    assert.equal(one.found.at(-1)?.address, "10.0.0.10", "and others are heard all the same");
    for (let number = 0; number < 60_000; number += 1) one.take(Buffer.from("x"), { address: "10.0.0.9" });
    assert.equal(one.isFull, true, "a flood ends the search");

    const large = new Answers(256);
    const asked = large.newProbe();
    large.take(Buffer.from(answer({ relatesTo: asked, scopes: "y".repeat(1_000_000) })), {
      address: "10.0.0.7",
    });
    const many = Array.from({ length: 40 }, (_, at) =>
      match({ id: `urn:uuid:${at}`, addresses: `http://10.0.0.8:${at + 1}/` }),
    );
    large.take(Buffer.from(envelope(asked, many.join(""))), { address: "10.0.0.8" });
    assert.equal(large.found.length, 16, "one answer tells of so many devices");
    const { user, system } = process.cpuUsage(begin);
    assert.ok((user + system) / 1_000 < 4_000, `${(user + system) / 1_000} ms of a processor`);
  });

  it("ends at once when nobody waits for it, and says so where there is no network", async (t) => {
    const device = await responder(t, 0, () => undefined);
    const abort = new AbortController();
    const asked = search(device.port, 60_000, abort.signal);
    await once(device.socket, "message");
    abort.abort();
    assert.deepEqual(await asked, []);
    const nowhere = discover({ waitMs: 60_000, most: 1 }, GONE, { addresses: ["192.0.2.1"] });
    await assert.rejects(nowhere, { code: "NJ_ONVIF_SEARCH" });
  });
});
