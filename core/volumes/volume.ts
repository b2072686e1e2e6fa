import type { Readable } from 'node:stream'

/** What a folder holds. Links, devices and the like are left out: following them could lead anywhere. */
export interface VolumeEntry {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Bytes; 0 for a folder. */
  readonly size: number
  /** `undefined` where the protocol gives none. */
  readonly modifiedAt: Date | undefined
}

/** What a file being written will be, for the places that keep it beside the content. */
export interface WrittenAs {
  /** The name it is to be known by, when it is written under another. */
  readonly name: string
  /** Media type. */
  readonly type: string
}

/**
 * A place of files behind a protocol, as little as that protocol must know: deposits write there, gleaners read there. Paths are relative
 * to the folder that the volume was opened on, separated by `/`; `''` is that folder. Every method throws TemporaryError, PermanentError or
 * ConfigurationError, with a French sentence.
 */
export interface Volume {
  /** `id`: what the place itself calls it, which a renaming does not change; none where a path is the only name. */
  stat(
    path: string,
  ): Promise<{ readonly kind: 'file' | 'folder'; readonly size: number; readonly id?: string } | undefined>
  /** What a folder holds, in no particular order. @throws ConfigurationError when it does not exist */
  list(path: string): Promise<readonly VolumeEntry[]>
  /**
   * The content of a file, streamed; its own errors are of the same three classes. Destroy it when it is not read to its end.
   * @throws TemporaryError when the file is gone: somebody took it since it was listed
   */
  read(path: string): Promise<Readable>
  /** Creates one folder; one that is already there is a success. */
  makeFolder(path: string): Promise<void>
  /** Writes a whole file, replacing what was there. `size` is unknown for a zip made on the way. An error of `content` is thrown as it is. */
  write(path: string, content: Readable, size: number | undefined, as?: WrittenAs): Promise<void>
  /** Gives a file or a folder its name; answers `exists`, without any effect, when the name is taken. */
  rename(from: string, to: string): Promise<'renamed' | 'exists'>
  /**
   * Gives a file its name, in place of the file that bears it: whoever reads finds the former content or the new one, never a part of
   * either. WebDAV servers may remove before they move (RFC 4918 §9.9.3): the name is then missing for an instant. Absent where the
   * protocol promises nothing of the kind (FTP).
   * @throws PermanentError when this very server does not know how
   */
  replace?(from: string, to: string): Promise<void>
  /** Removes a file, or a folder and what it holds. A missing one is a success. */
  remove(path: string): Promise<void>
  /** Where a person finds it. */
  location(path: string): string
  /** Proves that the folder can be reached, without any effect there; says what was found. */
  check(): Promise<string>
  close(): Promise<void>
}

/** The file was listed and is not there any more. `where` is its location. */
export const goneSince = (where: string): string =>
  `Le fichier « ${where} » n'est plus là : il a sans doute été retiré entre-temps. Un nouvel essai aura lieu.`
