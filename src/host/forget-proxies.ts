// The proxies that the environment names. They would be used, or would keep a proxy of the manifest from being used, without anybody
// having said so in the manifest.

/** The last is that of the MQTT client. */
const proxyVariable = /^(?:(?:https?|all|no)_proxy|mqttjs_socks_proxy)$/i;

/** Takes them out of this process's environment, before the first request. A copy made before still holds them. */
export function forgetProxies(environment: Record<string, string | undefined> = process.env): void {
  for (const name of Object.keys(environment)) if (proxyVariable.test(name)) Reflect.deleteProperty(environment, name);
}
