// The keys of `nats`: which bus to be on, and how to get onto it.

import * as z from "zod/mini";
import { choice, connectionText, integer, path, secret, part } from "./fields.ts";
import { programsSchema } from "./schema-programs.ts";
import { later } from "./later.ts";

const server = "a server such as nats://127.0.0.1:4222, tls://host:4222 or host:4222, without user and password in it";
const portPattern = /(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])/;
const serverPattern = new RegExp(`^((nats|tls)://)?([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\])(:${portPattern.source})?/?$`);
const servers = `a list of servers, each ${server.slice(2)}`;

export const tlsSchema = later(() =>
  z.strictObject(
    {
      ca_file: z.optional(
        path({
          description: "PEM file with the certificate authorities to trust.",
          defaultText: "those of the system",
        }),
      ),
      cert_file: z.optional(path({ description: "PEM file with our certificate.", need: "with `key_file`" })),
      key_file: z.optional(path({ description: "PEM file with our key.", need: "with `cert_file`" })),
    },
    { error: "a map with ca_file, cert_file and key_file" },
  ),
);

const hubPattern = new RegExp(
  `^(tls|nats|nats-leaf)://([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\])(:${portPattern.source})?/?$`,
);
const hubUrl = "a URL such as tls://hub.example:7422, without user and password in it";

export const hubSchema = later(() =>
  z.strictObject(
    {
      url: connectionText(
        {
          description:
            "The hub's address for leaf nodes, such as `tls://hub.example.com:7422`; the port is 7422 when left out.",
          need: "yes",
        },
        hubUrl,
        hubPattern,
      ),
      credentials_file: z.optional(
        path({ description: "A credentials file (JWT and seed), read anew for each link.", defaultText: "none" }),
      ),
      nkey_file: z.optional(path({ description: "A file with an NKEY seed.", defaultText: "none" })),
      user: z.optional(connectionText({ description: "User name.", need: "with `password`" }, "a user name", /^\S+$/)),
      password: z.optional(secret({ description: "Password of `user`.", need: "with `user`" })),
      token: z.optional(secret({ description: "A token.", defaultText: "none" })),
      tls: z.optional(part({ description: "TLS to the hub; always on with a `tls://` URL." }, () => tlsSchema)),
    },
    { error: "a map with url and credentials of the hub" },
  ),
);

/** A host name, an IPv4 address, or an IPv6 address, which has two colons. */
const addressPattern = /^([A-Za-z0-9_.-]+|(?=.*:.*:)[0-9A-Fa-f:.]+)$/;

export const embeddedSchema = later(() =>
  z.strictObject(
    {
      host: z.optional(
        connectionText(
          {
            description: "Address that the bundled server listens on; one that is not loopback needs `auth: nkey`.",
            default: "127.0.0.1",
          },
          "an address such as 127.0.0.1, without a port",
          addressPattern,
        ),
      ),
      port: z.optional(
        integer(
          {
            description: "Port that it listens on; 0: a free one, which our commands find through the state directory.",
            default: 4222,
          },
          0,
          65_535,
        ),
      ),
      auth: z.optional(
        choice(
          {
            description:
              "How clients of the bundled server show who they are. `nkey`: by keys that are made once in the state directory (docs/auth.md).",
            default: "none",
          },
          ["none", "nkey"],
        ),
      ),
      programs: z.optional(programsSchema),
      hub: z.optional(
        part(
          {
            description: "Makes the bundled server a leaf of this one (docs/hub.md).",
            defaultText: "none",
          },
          () => hubSchema,
        ),
      ),
    },
    { error: "a map with the keys of the bundled server" },
  ),
);

export const natsSchema = later(() =>
  z.strictObject(
    {
      mode: z.optional(
        choice(
          {
            description:
              "`auto`: a server answering on 127.0.0.1:4222, else the bundled one there. `embedded`: the bundled one, a taken port is an error. `external`: `servers` or `context`.",
            defaultText:
              "`external` with `servers` or `context`, `embedded` with `embedded.hub` or `embedded.auth: nkey`, else `auto`",
          },
          ["auto", "embedded", "external"],
        ),
      ),
      embedded: z.optional(part({ description: "The bundled server." }, () => embeddedSchema)),
      servers: z.optional(
        part(
          {
            description: "Servers to connect to, such as `tls://nats.example.com:4222`.",
            need: "with `external`: this or `context`",
          },
          () =>
            z
              .array(connectionText({ description: "A server." }, server, serverPattern), { error: servers })
              .check(z.minLength(1, { error: servers }), z.maxLength(64, { error: "a list of up to 64 servers" })),
        ),
      ),
      context: z.optional(
        connectionText(
          {
            description: "Name of a NATS CLI context, which has servers and credentials.",
            need: "with `external`: this or `servers`",
          },
          "the name of a NATS CLI context",
          /^[^\s/\\]+$/,
        ),
      ),
      credentials_file: z.optional(path({ description: "A credentials file (JWT and seed).", defaultText: "none" })),
      nkey_file: z.optional(path({ description: "A file with an NKEY seed.", defaultText: "none" })),
      user: z.optional(connectionText({ description: "User name.", need: "with `password`" }, "a user name", /^\S+$/)),
      password: z.optional(secret({ description: "Password of `user`.", need: "with `user`" })),
      token: z.optional(secret({ description: "A token.", defaultText: "none" })),
      tls: z.optional(part({ description: "TLS to the servers." }, () => tlsSchema)),
      account_token_position: z.optional(
        integer(
          {
            description:
              "Which token of a prompt's subject, counted from 1, the server fills with the caller's account, as in the export of that name (docs/identity.md).",
            defaultText: "none",
          },
          1,
          6,
        ),
      ),
    },
    { error: "a map with the keys of the NATS connection" },
  ),
);
