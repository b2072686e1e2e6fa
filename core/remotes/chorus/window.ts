import { localDay } from '../../authoring/days.ts'

const DAY = 86_400_000

interface WindowSettings {
  /** Status changed in the last so many days… */
  readonly deposeDepuis: number
  /** …and until so many days ago; ignored when larger. */
  readonly deposeAvant: number
}

/**
 * The days to read. After an interruption longer than the window, it begins at the last status met.
 * @param since `YYYY-MM-DD`
 */
export const windowOf = (
  { deposeDepuis, deposeAvant }: WindowSettings,
  now: Date,
  since: string | undefined,
): { readonly from: string; readonly until: string } => {
  // From noon to noon: a day of 23 or 25 hours is one day.
  const noon = Date.parse(`${localDay(now)}T12:00:00Z`)
  const daysAgo = (days: number) => localDay(new Date(noon - days * DAY))
  const usual = daysAgo(deposeDepuis)
  return {
    from: since !== undefined && since < usual ? since : usual,
    until: daysAgo(deposeAvant > deposeDepuis ? 0 : deposeAvant),
  }
}

/** Which invoices are read, by the code of Pastell's option. */
export const DOWNLOAD_CHOICES = {
  '1': 'Toutes',
  '2': 'Seulement celles qui ne sont pas encore téléchargées',
  '3': 'Seulement celles qui sont déjà téléchargées',
} as const

const downloadedFilter = (option: keyof typeof DOWNLOAD_CHOICES): boolean | undefined =>
  ({ '1': undefined, '2': false, '3': true })[option]

/** Which invoices a search is about: days both included, `YYYY-MM-DD`. */
export interface Period {
  readonly from: string
  readonly until: string
  /** Only those already downloaded by the recipient, or only the others; both when left out. */
  readonly downloaded: boolean | undefined
}

export type PeriodSettings = WindowSettings & { readonly telechargement: keyof typeof DOWNLOAD_CHOICES }

/** What is imported, as the administrator settled it. */
export const importPeriod = (settings: PeriodSettings, now: Date, since: string | undefined): Period => ({
  ...windowOf(settings, now, since),
  downloaded: downloadedFilter(settings.telechargement),
})

/** Until today and whatever was downloaded, for news of what is here; nothing when the import sees all of it. */
export const newsPeriod = (settings: PeriodSettings, now: Date, since: string | undefined): Period | undefined => {
  const whole = { ...windowOf({ ...settings, deposeAvant: 0 }, now, since), downloaded: undefined }
  const imported = importPeriod(settings, now, since)
  return imported.until === whole.until && imported.downloaded === undefined ? undefined : whole
}
