// Creates the replica set and Touchline's user. Safe to rerun. Run by mongosh as root.
const { readFileSync } = require('node:fs');
const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();

db.getSiblingDB('admin').auth('root', secret('mongodb_root_password'));
try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
while (!db.hello().isWritablePrimary) sleep(200);

const touchline = db.getSiblingDB('touchline');
const roles = [{ role: 'readWrite', db: 'touchline' }];
const user = { pwd: secret('mongodb_password'), roles };
if (touchline.getUser('touchline')) touchline.updateUser('touchline', user);
else touchline.createUser({ user: 'touchline', ...user });
print('The replica set has a primary, and the user of Touchline exists.');
