// Where the database lies. By itself, so that whoever only looks at the file loads no driver.
/** Name of the database in the data directory. */
export const DATABASE_FILE = "nightjar.db";
