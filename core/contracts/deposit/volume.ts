import type { Readable } from 'node:stream'

/**
 * A place where files are deposited, as little as a protocol must know. Paths are relative to the folder of the settings, separated by
 * `/`; `''` is that folder. Every method throws TemporaryError, PermanentError or ConfigurationError, with a French sentence.
 */
export interface Volume {
  stat(path: string): Promise<{ readonly kind: 'file' | 'folder'; readonly size: number } | undefined>
  /** Creates one folder; one that is already there is a success. */
  makeFolder(path: string): Promise<void>
  /** Writes a whole file, replacing what was there. `size` is unknown for a zip made on the way. */
  write(path: string, content: Readable, size: number | undefined): Promise<void>
  /** Gives a file or a folder its name; answers `exists`, without any effect, when the name is taken. */
  rename(from: string, to: string): Promise<'renamed' | 'exists'>
  /** Removes a file, or a folder and what it holds. A missing one is a success. */
  remove(path: string): Promise<void>
  /** Where a person finds it. */
  location(path: string): string
  /** Proves that the folder of the settings can be reached, without any effect there; says what was found. */
  check(): Promise<string>
  close(): Promise<void>
}
