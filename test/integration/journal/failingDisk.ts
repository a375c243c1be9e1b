import { type FileHandle, open } from 'node:fs/promises';
import { onTestFinished } from 'vitest';

type Method = 'truncate' | 'read' | 'write' | 'sync';
/** What every open file inherits from; Node gives it no other name. */
export type FileMethods = Record<Method, (...args: unknown[]) => Promise<unknown>>;

export async function fileMethods(): Promise<FileMethods> {
  const file: FileHandle = await open(import.meta.filename, 'r');
  const methods: FileMethods = Object.getPrototypeOf(file);
  await file.close();
  return methods;
}

/** A disk that does not answer the next call of a method until told to. */
export function holdDisk(
  methods: FileMethods,
  method: Method,
): { readonly asked: Promise<void>; answer(): void } {
  const original = methods[method];
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const mend = (): void => {
    methods[method] = original;
  };
  onTestFinished(() => {
    mend();
    answered.resolve();
  });
  methods[method] = async function held(this: unknown, ...args: unknown[]) {
    mend();
    asked.resolve();
    await answered.promise;
    return Reflect.apply(original, this, args);
  };
  return { asked: asked.promise, answer: () => answered.resolve() };
}

/** A disk that refuses methods with an error of the system: always, or where `applies` says so. */
export function failDisk(
  methods: FileMethods,
  failing: readonly Method[],
  code: string,
  applies: (...args: unknown[]) => boolean = () => true,
): { mend(): void } {
  const originals = failing.map((method) => [method, methods[method]] as const);
  const mend = (): void => {
    for (const [method, original] of originals) methods[method] = original;
  };
  onTestFinished(mend);
  for (const [method, original] of originals) {
    methods[method] = async function refuse(this: unknown, ...args: unknown[]) {
      if (!applies(...args)) return Reflect.apply(original, this, args);
      // what was written may be in the file, only nobody can be sure of it
      if (method === 'write') await Reflect.apply(original, this, args);
      throw Object.assign(new Error(`${code}: the disk refuses ${method}`), { code });
    };
  }
  return { mend };
}
