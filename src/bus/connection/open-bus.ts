// Opens the connection to NATS that the settings of a manifest or of a command name.

import type { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";
import type { BusOptions, ConfiguredBus } from "./connection.ts";
import { dialOnce } from "./dial.ts";
import { type Dial, ReconnectingBus } from "./reconnecting-bus.ts";

/** Starts connecting in the background and returns at once. */
export function openBus(options: BusOptions): ConfiguredBus {
  const connection = new SettingsBus(options);
  void connection.run();
  return connection;
}

class SettingsBus extends ReconnectingBus implements ConfiguredBus {
  readonly #clientName: string;

  constructor({ settings, clientName, ...options }: BusOptions) {
    super({ ...options, dial: dialWith(settings, clientName) });
    this.#clientName = clientName;
  }

  useSettings(settings: BusSettings): Promise<BusError | undefined> {
    return this.redial(dialWith(settings, this.#clientName));
  }
}

function dialWith(settings: BusSettings, clientName: string): Dial {
  return (gossiped) => dialOnce({ settings, clientName, gossiped });
}
