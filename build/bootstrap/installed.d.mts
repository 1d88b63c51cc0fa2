export interface PackageLock {
  readonly packages?: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean; readonly devOptional?: boolean }>
  >;
}

export function isInstalled(lock: PackageLock, installed: PackageLock): boolean;
