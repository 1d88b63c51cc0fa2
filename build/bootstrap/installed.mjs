// Is what package-lock.json asks for what is installed? npm notes what it installed in a lock of its own.

/** True when every required package of `lock` is in `installed` in the same version; both are parsed package locks. */
export function isInstalled(lock, installed) {
  return Object.entries(lock.packages ?? {}).every(([folder, wanted]) => {
    if (folder === "" || wanted.optional === true || wanted.devOptional === true) return true;
    return installed.packages?.[folder]?.version === wanted.version;
  });
}
