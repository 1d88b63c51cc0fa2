export function findBun(root: string, platform?: string, arch?: string): string | undefined;
export function candidates(platform: string, arch: string): string[];
