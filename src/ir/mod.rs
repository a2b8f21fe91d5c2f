//! What the Dockerfile means to BuildKit: stages, scopes, users, shells, commands.
