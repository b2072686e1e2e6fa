import { companion } from '../../steps/mailsec/index.ts'
import { bulletinFields, FAMILY } from '../champs.ts'

export default companion({
  id: 'rh-bulletin-salaire-destinataire',
  label: 'Bulletin de salaire : page des destinataires',
  family: FAMILY,
  fields: bulletinFields,
})
