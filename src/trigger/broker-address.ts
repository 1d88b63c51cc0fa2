// Where a broker is, in the parts that the MQTT client takes: given a URL, it would read it by a function that warns of itself on standard error.

export interface BrokerAddress {
  readonly protocol: "mqtt" | "mqtts";
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
}

const usualPort = { mqtt: 1883, mqtts: 8883 } as const;

/** `url`: of a checked manifest. */
export function brokerAddress(url: string): BrokerAddress {
  const { hostname, port, protocol: scheme } = new URL(url);
  const protocol = scheme === "mqtts:" ? "mqtts" : "mqtt";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { protocol, host, hostname: host, port: port === "" ? usualPort[protocol] : Number(port) };
}
