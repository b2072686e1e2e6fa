import { samplePes, samplePesRetour, type SamplePes } from '#core/testing'

/** PES made by us in the formats of the schemas, beyond what `samplePes` makes. For tests. */

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const XADES = 'http://uri.etsi.org/01903/v1.1.1#'

const latin1 = (xml: string): Buffer => Buffer.from(xml, 'latin1')

/** A XAdES signature in the shape of formats/pes-v2.md §5; its values sign nothing. */
const signature = (reference: string, certificate: string): string =>
  `<ds:Signature xmlns:ds="${DS}"><ds:SignedInfo><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
  `<ds:Reference Type="http://uri.etsi.org/01903/v1.1.1#SignedProperties" URI="#SP"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><ds:DigestValue>QXV0cmU=</ds:DigestValue></ds:Reference>` +
  `<ds:Reference URI="#${reference}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>RW1wcmVpbnRlIGR1IGJvcmRlcmVhdQ==</ds:DigestValue></ds:Reference></ds:SignedInfo>` +
  `<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` +
  `<ds:Object><xad:QualifyingProperties xmlns:xad="${XADES}"><xad:SignedProperties Id="SP"><xad:SignedSignatureProperties><xad:SigningTime>2026-01-15T10:20:30Z</xad:SigningTime>` +
  `<xad:SigningCertificate><xad:Cert><xad:CertDigest><ds:DigestValue>Q2VydA==</ds:DigestValue></xad:CertDigest></xad:Cert></xad:SigningCertificate>` +
  `<xad:SignatureProductionPlace><xad:City>Sète</xad:City></xad:SignatureProductionPlace><xad:SignerRole><xad:ClaimedRoles><xad:ClaimedRole>Maire &amp; ordonnateur</xad:ClaimedRole></xad:ClaimedRoles></xad:SignerRole>` +
  `</xad:SignedSignatureProperties></xad:SignedProperties></xad:QualifyingProperties></ds:Object></ds:Signature>`

/** Each bordereau carries its signature. @param certificate PEM */
export const signedPes = (certificate: string, options: SamplePes = {}): Buffer => {
  const base64 = certificate.replaceAll(/-----[^-]+-----/gu, '').trim()
  let rank = 0
  return latin1(
    samplePes(options)
      .toString('latin1')
      .replaceAll('</Bordereau>', () => `${signature(`BORD${(rank += 1)}`, base64)}</Bordereau>`),
  )
}

const withPart = (part: string): Buffer =>
  latin1(samplePes({ content: 'nothing' }).toString('latin1').replace('</n:PES_Aller>', `${part}</n:PES_Aller>`))

/** A PES of invoices to debtors (schema PES_Facture). */
export const invoicePes = (): Buffer =>
  withPart(
    '<PES_Facture><IdVer V="2"/><Annee V="2026"/><TypeFact V="01"/><Date V="2026-01-15"/>' +
      '<Emetteur><InfoTiers><Nom V="Ville"/></InfoTiers></Emetteur>' +
      '<FactureIndiv><DateEmission V="2026-01-15"/><NumeroFacture V="F-7"/><Debiteur><InfoTiers><Nom V="Élodie Béart"/></InfoTiers></Debiteur>' +
      '<Objet V="Cantine de décembre"/><LigneFacture><Libelle V="Repas"/><Quantite V="12"/><MtUnitaire V="3.50"/></LigneFacture>' +
      '<TotalAPayer><MtTotalHT V="42.00"/><MtTotalTVA V="2.31"/><MtTotalTTC V="44.31"/></TotalAPayer></FactureIndiv></PES_Facture>',
  )

/** A PES of public contracts (schema PES_Marche). */
export const contractPes = (): Buffer =>
  withPart(
    '<PES_Marche><EnTeteMarche><IdVer V="1"/></EnTeteMarche><Marches><Marche>' +
      '<IdentifiantMarche><IdContrat V="20260042"/></IdentifiantMarche><Acheteurs><Acheteur><NomAcheteur V="Ville"/></Acheteur></Acheteurs>' +
      '<Objet V="Réfection du préau"/><MontantHTNotifie V="125000.50"/><DateNotification V="2026-01-10"/>' +
      '<ModificationsMarche><ModificationMontantDuree><MontantHTNotifie V="1.00"/></ModificationMontantDuree></ModificationsMarche>' +
      '</Marche></Marches></PES_Marche>',
  )

/** A PES_Retour in the shape of the schema: the state of a piece and of its line. */
export const returnPes = (): Buffer =>
  latin1(
    samplePesRetour({ nomFic: 'RET_1' })
      .toString('latin1')
      .replace(
        /<PES_DepenseRetour>.*<\/PES_DepenseRetour>/su,
        '<PES_DepenseRetour><EnTeteDepense><IdVer V="2"/></EnTeteDepense><Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="7"/><TypBord V="01"/></BlocBordereau>' +
          '<Piece><InfoPiece><IdPce V="1001"/><TypPce V="01"/><EtatPce V="04"/><ObsEtat V="RIB absent"/></InfoPiece>' +
          '<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><MtHT V="-12.30"/></InfoLignePiece></BlocLignePiece></LigneDePiece></Piece></Bordereau></PES_DepenseRetour>',
      ),
  )
