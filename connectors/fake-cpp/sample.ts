import { Buffer } from 'node:buffer'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import { localDay, xmlText, type FileRef } from '#core'
import type { CppContext } from './settings.ts'

const money = (cents: number): string => (cents / 100).toFixed(2)

/** The readable view of an invoice that nobody sent. */
export const sampleView = async ({ files }: Pick<CppContext, 'files'>, numero: string): Promise<FileRef> => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  pdf.addPage([595, 842]).drawText(`SIMULATION, sans aucune valeur.\n\nFacture ${numero}`, { font, x: 60, y: 760 })
  return files.save(await pdf.save(), `facture-${numero}.pdf`)
}

/**
 * The pivot of an invoice of example, its view inside, as Chorus Pro writes one (formats/factures.md §1).
 * @param id its number at the portal
 */
export const samplePivot = async (context: CppContext, id: string, numero: string): Promise<FileRef> => {
  const { config, files, clock } = context
  const ht = Math.round(config.montant * 100)
  const tva = Math.round(ht * 0.2)
  const pieces: Buffer[] = []
  for await (const chunk of files.open(await sampleView(context, numero))) pieces.push(chunk as Buffer)
  const said = (name: string, value: string | undefined) => (value ? `<${name}>${xmlText(value)}</${name}>` : '')
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<!-- SIMULATION, sans aucune valeur -->
<CPPFacturePivot><CPPFactures Compteur="1"><CPPFacturePivotUnitaire NumOrdre="1">
<Fournisseur><TypeIdentifiant>1</TypeIdentifiant>${said('Identifiant', config.fournisseur)}${said('RaisonSociale', config.raisonSociale)}<CodePays>FR</CodePays><ModeEmission>PORTAIL</ModeEmission></Fournisseur>
<Debiteur><TypeIdentifiant>1</TypeIdentifiant>${said('Identifiant', config.siret)}<Nom>Structure simulée</Nom>${said('CodeService', config.service)}</Debiteur>
<DonneesFacture>${said('Id', numero)}${said('IdCPRO', id)}<Type>380</Type><Cadre>A1</Cadre><DateEmissionFacture>${localDay(clock.now())}</DateEmissionFacture><Devise>EUR</Devise>
<Montants><MontantHT>${money(ht)}</MontantHT><MontantTTC>${money(ht + tva)}</MontantTTC><MontantNetAPayer>${money(ht + tva)}</MontantNetAPayer></Montants>
<TVAs><TVA><Taux>20.00</Taux><BaseHt>${money(ht)}</BaseHt><MontantTVA>${money(tva)}</MontantTVA></TVA></TVAs>
<Engagement>${said('NumeroMarche', config.marche)}${said('NumeroEngagement', config.engagement)}</Engagement></DonneesFacture>
<PJ><IdUnique>1</IdUnique><Contenu>${Buffer.concat(pieces).toString('base64')}</Contenu><NomPJ>facture-${xmlText(numero)}.pdf</NomPJ><TypePJ>01</TypePJ><MimeTypePJ>application/pdf</MimeTypePJ></PJ>
</CPPFacturePivotUnitaire></CPPFactures></CPPFacturePivot>
`
  return files.save(xml, `facture-${numero}.xml`)
}
