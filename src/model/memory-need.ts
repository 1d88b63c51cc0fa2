// How much memory a model takes when it is loaded, as far as its file tells: its weights, and what its context adds.

/** What the machine lacks for a load. */
export interface MemoryShortage {
  readonly needBytes: number;
  /** What could be had: free, or taken by models that would be unloaded for it. */
  readonly availableBytes: number;
}

/** Values of a model's file by their keys without the architecture's name; `undefined` stands for a value that is no whole number. */
export type ModelValues = ReadonlyMap<string, number | undefined>;

/** Of a key and of a value each: half-precision floats, the usual form of a context in memory. */
const bytesPerElement = 2;

/** Architectures that keep less than every token of every layer: how much less depends on more than their files say. */
const savingKeys = /sliding_window|kv_lora_rank|^ssm\.|^wkv\.|full_attention_interval|shared_kv_layers|shortconv/;

/** Bytes that each token of context takes; 0 when the file doesn't tell, or the architecture keeps less than usual. */
export function contextBytesPerToken(values: ModelValues): number {
  if ([...values.keys()].some((key) => savingKeys.test(key))) return 0;
  const heads = values.get("attention.head_count");
  const kvHeads = values.has("attention.head_count_kv") ? values.get("attention.head_count_kv") : heads;
  const width = (values.get("embedding_length") ?? Number.NaN) / (heads ?? Number.NaN);
  const keyLength = values.get("attention.key_length") ?? width;
  const valueLength = values.get("attention.value_length") ?? width;
  const bytes =
    (values.get("block_count") ?? Number.NaN) * (kvHeads ?? Number.NaN) * (keyLength + valueLength) * bytesPerElement;
  return Number.isFinite(bytes) ? bytes : 0;
}

/** Why a model is not loaded, and what to do. `name` is the manifest's, `model` the provider's. */
export function shortageText({ name, model }: { readonly name: string; readonly model: string }, lack: MemoryShortage) {
  return (
    `Model "${model}" needs about ${gigabytes(lack.needBytes)} of memory to be loaded, and ${gigabytes(lack.availableBytes)} can be had: ` +
    `end what else takes memory, set a smaller context or take a smaller model; or say in models.${name}.ram what it really needs`
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
