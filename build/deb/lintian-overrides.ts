// What lintian may find in the package, each with the reason why it stays.

interface Override {
  readonly tag: string;
  readonly reason: string;
}

const overrides: readonly Override[] = [
  {
    tag: "unstripped-binary-or-object",
    reason: "The program follows the runtime in one file, and a strip would cut it off",
  },
  { tag: "embedded-library", reason: "One executable for every distribution: the runtime carries its libraries" },
  { tag: "hardening-no-pie", reason: "The runtime is taken as its makers build it" },
  { tag: "hardening-no-relro", reason: "The runtime is taken as its makers build it" },
  { tag: "hardening-no-bindnow", reason: "The runtime is taken as its makers build it" },
  { tag: "spelling-error-in-binary", reason: "Compressed parts and the runtime's code look like words by chance" },
  { tag: "non-standard-dir-perm", reason: "Secrets lie in /etc/muster/credentials: only root reads them" },
  {
    tag: "package-supports-alternative-init-but-no-init.d-script",
    reason:
      'Readiness, watchdog, credentials and confinement are systemd\'s; without it, "muster run" is for any supervisor',
  },
];

/** The file in /usr/share/lintian/overrides. */
export function lintianOverrides(): string {
  return overrides.map(({ tag, reason }) => `# ${reason}.\nmuster: ${tag} *\n`).join("\n");
}
