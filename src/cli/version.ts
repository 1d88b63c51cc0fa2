// `muster version`: which Muster this is, and with `--licenses` the notices of everything that it carries.

import { build } from "../host/build-facts.ts";

export async function run(args: readonly string[]): Promise<number> {
  if (args.includes("--licenses") || args.includes("--licences")) {
    const { thirdPartyNotices } = await import("../host/third-party-notices.ts");
    process.stdout.write(await thirdPartyNotices());
    return 0;
  }
  if (args.length > 0) {
    process.stderr.write(`Unknown option "${args.join(" ")}": "version" takes only --licenses\n`);
    return 2;
  }
  process.stdout.write(`muster ${build.version} (${build.commit}, ${build.target})\n`);
  return 0;
}
