import type { Clock, DocumentContents, FileRef, Files, JournalLine } from '#core'
import { describe } from './describe.ts'
import { sayFor } from './expressions.ts'
import type { SedaSettings } from './fields.ts'
import type { Transfer } from './model.ts'
import { plant } from './tree.ts'

export interface Source {
  readonly settings: SedaSettings
  readonly contents: DocumentContents
  readonly evidence: { readonly journal: FileRef; readonly lines: readonly JournalLine[] }
  readonly transferId: string
  readonly files: Files
  readonly clock: Clock
}

/**
 * What the slip will say: every expression of the settings computed over the document, and its files found.
 * @returns the transfer, and what could not be understood, in French
 * @throws PermanentError when an expression fails, a zip cannot be trusted, or there is nothing to archive
 */
export const transferOf = async ({
  settings,
  contents,
  evidence,
  transferId,
  files,
  clock,
}: Source): Promise<{ readonly transfer: Transfer; readonly faults: readonly string[] }> => {
  const faults: string[] = []
  const complain = (fault: string) => void faults.push(fault)
  const say = sayFor(contents, evidence.lines, { files, now: clock.now() })
  const described = await describe(settings, say, complain)
  const grown = await plant(settings.unites, { contents, journal: evidence.journal, say, files, complain })
  const agency = async (identifier: string | undefined, name: string | undefined) => ({
    identifier: await say(identifier),
    name: await say(name),
  })
  const [transferring, originating] = [
    await agency(settings.serviceVersant, settings.serviceVersantNom),
    await agency(settings.serviceProducteur, settings.serviceProducteurNom),
  ]
  const transfer: Transfer = {
    ...described,
    title: described.title || contents.title,
    ...grown,
    transferId,
    date: clock.now().toISOString(),
    comment: await say(settings.commentaire),
    agreement: await say(settings.accord),
    profile: await say(settings.profil),
    serviceLevel: await say(settings.niveauService),
    archivalAgency: await agency(settings.serviceArchives, settings.serviceArchivesNom),
    transferringAgency: transferring,
    originatingAgency: originating,
    descriptionLanguage: await say(settings.langueDescription),
    originatingAgencyId: await say(settings.identifiantProducteur),
    transferringAgencyId: await say(settings.identifiantVersant),
    startDate: await say(settings.dateDebut),
    endDate: await say(settings.dateFin),
    attachTo: { key: await say(settings.rattachementCle), value: await say(settings.rattachement) },
    management: {
      originatingAgency: (await say(settings.gestionProducteur)) || originating.identifier,
      submissionAgency: (await say(settings.gestionVersant)) || transferring.identifier,
    },
  }
  return { transfer, faults }
}
