// How a bundle lies in its file: a tar archive without a free choice, so that each byte that is no content is known before it is read.

import { tarBlockBytes, tarHeader, tarPadding } from "../tar-header.ts";
import { executablePath, indexPath, type BundleFile, type BundleIndex } from "./bundle-index.ts";

export function indexHeader(sizeBytes: number): Uint8Array {
  return tarHeader({ type: "file", path: indexPath, mode: 0o644, sizeBytes }, 0);
}

export function fileHeader(file: BundleFile): Uint8Array {
  return tarHeader({ type: "file", path: file.path, mode: fileMode(file), sizeBytes: file.sizeBytes }, 0);
}

export function fileMode({ path }: BundleFile): number {
  return path === executablePath ? 0o755 : 0o644;
}

/** Two empty blocks. */
export const endBytes = 2 * tarBlockBytes;

export function bundleBytes(index: BundleIndex, indexBytes: number): number {
  const entry = (sizeBytes: number): number => tarBlockBytes + sizeBytes + tarPadding(sizeBytes);
  return index.files.reduce((sum, { sizeBytes }) => sum + entry(sizeBytes), entry(indexBytes) + endBytes);
}
