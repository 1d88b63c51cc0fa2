// Where the parts of an installation are: of an administrator, of a package, of a user.

import { configFolder, credentialsFolder } from "../systemd-unit.ts";

/** Of what an administrator installs: versions, models, the work of upgrades. */
export const libraryFolder = "/usr/local/lib/muster";

export interface Layout {
  readonly scope: "system" | "user";
  /** The executable itself. */
  readonly executable: string;
  /** Links to make, by path: what they point at. */
  readonly links: Readonly<Record<string, string>>;
  /** The executable as the unit and people name it. */
  readonly command: string;
  readonly configFolder: string;
  readonly credentialsFolder?: string;
  readonly unitFolder: string;
  readonly sysusersFolder?: string;
  readonly manPage: string;
  readonly completions: Readonly<Record<"bash" | "zsh" | "fish", string>>;
}

const config = { configFolder, credentialsFolder };

/** Versions stand side by side, `current` says which one serves: a switch, and the way back, is one rename. */
export function systemLayout(version: string): Layout {
  const folder = libraryFolder;
  return {
    scope: "system",
    executable: `${folder}/versions/${version}/muster`,
    links: {
      [`${folder}/current`]: `versions/${version}`,
      "/usr/local/bin/muster": "../lib/muster/current/muster",
    },
    command: "/usr/local/bin/muster",
    ...config,
    unitFolder: "/etc/systemd/system",
    sysusersFolder: "/etc/sysusers.d",
    manPage: "/usr/local/share/man/man1/muster.1",
    completions: {
      bash: "/usr/local/share/bash-completion/completions/muster",
      zsh: "/usr/local/share/zsh/site-functions/_muster",
      fish: "/usr/local/share/fish/vendor_completions.d/muster.fish",
    },
  };
}

/** What a package owns: nothing below /usr/local, one executable. */
export const packageLayout: Layout = {
  scope: "system",
  executable: "/usr/bin/muster",
  links: {},
  command: "/usr/bin/muster",
  ...config,
  unitFolder: "/lib/systemd/system",
  sysusersFolder: "/usr/lib/sysusers.d",
  manPage: "/usr/share/man/man1/muster.1",
  completions: {
    bash: "/usr/share/bash-completion/completions/muster",
    zsh: "/usr/share/zsh/vendor-completions/_muster",
    fish: "/usr/share/fish/vendor_completions.d/muster.fish",
  },
};

export interface UserFolders {
  readonly home: string;
  /** `$XDG_CONFIG_HOME` and `$XDG_DATA_HOME`, or their defaults below the home. */
  readonly config: string;
  readonly data: string;
}

export function userLayout({ home, config: configHome, data }: UserFolders): Layout {
  return {
    scope: "user",
    executable: `${home}/.local/bin/muster`,
    links: {},
    command: `${home}/.local/bin/muster`,
    configFolder: `${configHome}/muster`,
    unitFolder: `${configHome}/systemd/user`,
    manPage: `${data}/man/man1/muster.1`,
    completions: {
      bash: `${data}/bash-completion/completions/muster`,
      zsh: `${data}/zsh/site-functions/_muster`,
      fish: `${configHome}/fish/completions/muster.fish`,
    },
  };
}
