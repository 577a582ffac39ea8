pub mod auth;
pub mod delivery;
pub mod engine;
pub mod lang;
pub mod livy;
pub mod local;
pub mod render;
