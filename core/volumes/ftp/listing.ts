import { FileType, type FileInfo } from 'basic-ftp'
import type { VolumeEntry } from '../volume.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAY = 86_400_000

/**
 * The date of a listing made for people: `Nov 21 23:46`, without a year, or `Nov 21 2025`, without an hour. In the hour of the server, which
 * nobody knows: good to put entries in order and to see that one has changed.
 */
export const looseDate = (raw: string, now: Date): Date | undefined => {
  const [, word, day, end] = /^(\w{3})\s+(\d{1,2})\s+(\d{4}|\d{1,2}:\d{2})$/u.exec(raw.trim()) ?? []
  const month = MONTHS.indexOf((word ?? '').toLowerCase())
  if (month < 0 || day === undefined || end === undefined) return undefined
  if (!end.includes(':')) return new Date(Date.UTC(Number(end), month, Number(day)))
  const [hours, minutes] = end.split(':').map(Number)
  const inYear = (year: number) => new Date(Date.UTC(year, month, Number(day), hours, minutes))
  const thisYear = inYear(now.getUTCFullYear())
  return thisYear.getTime() > now.getTime() + DAY ? inYear(now.getUTCFullYear() - 1) : thisYear
}

/** Links and devices are left out. */
export const entryOf = (info: FileInfo, now: Date): readonly VolumeEntry[] => {
  if (info.type !== FileType.File && info.type !== FileType.Directory) return []
  const folder = info.type === FileType.Directory
  return [
    {
      name: info.name,
      kind: folder ? 'folder' : 'file',
      size: folder ? 0 : info.size,
      modifiedAt: info.modifiedAt ?? looseDate(info.rawModifiedAt, now),
    },
  ]
}

/** The facts of an `MLST` answer: ` type=file;size=12;modify=…; /path`. */
export const factsOf = (message: string): ReadonlyMap<string, string> => {
  const line = message.split('\n').find(each => /^\s*(?:[\w.-]+=[^;]*;)+/u.test(each)) ?? ''
  return new Map(
    [...line.matchAll(/([\w.-]+)=([^;]*);/gu)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  )
}
